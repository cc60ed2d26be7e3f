// What HTML cannot do by itself. Everything works without this file.

const dialog = () => document.getElementById('dialog')

// Check All follows the boxes, and the boxes follow it.
const boxesOf = (group) => [...group.querySelectorAll('[name="permissions"]')]
function followBoxes() {
  for (const group of document.querySelectorAll('fieldset.permissions')) {
    const all = group.querySelector('[name="check_all"]')
    if (all) all.checked = boxesOf(group).every((box) => box.checked)
  }
}
document.addEventListener('change', ({ target }) => {
  const group = target.closest?.('fieldset.permissions')
  if (target.name === 'check_all') for (const box of boxesOf(group)) box.checked = target.checked
  else if (group) followBoxes()
})
addEventListener('pageshow', followBoxes)

// A question opens in the dialog; without this file it is a page of its own.
// (htmx leaves the target that hx-status names as a selector.)
const targetOf = ({ target }) => (typeof target === 'string' ? document.querySelector(target) : target)
document.addEventListener('htmx:after:swap', ({ detail }) => {
  const box = dialog()
  if (targetOf(detail.ctx) !== box) return afterPage(detail.ctx)
  if (!box.open) box.showModal()
  box.setAttribute('aria-labelledby', 'dialog-title')
})

document.addEventListener('htmx:before:swap', ({ detail }) => {
  if (targetOf(detail.ctx) !== dialog() && dialog().open) dialog().close()
})

// Before htmx hears of it: it would ask for the page that the link names, and that answer would close the next question.
document.addEventListener(
  'click',
  (event) => {
    const box = dialog()
    const leaves = event.target === box || (event.target.closest('[data-close]') && box.open)
    if (!leaves) return
    event.preventDefault()
    event.stopPropagation()
    box.close()
  },
  true,
)

// Morphing keeps what was typed; a page that comes after a form was taken shows its own values.
let path = location.pathname
function afterPage(ctx) {
  if (targetOf(ctx) !== document.body) return
  for (const form of document.forms) form.reset()
  followBoxes()
  // What was pressed may be gone, with the page at the same address: the recovery codes, after the code.
  const moved = path !== location.pathname || document.activeElement === document.body
  path = location.pathname
  const first = document.querySelector('[autofocus]')
  // htmx scrolls to the top after it has focused, and who has the focus already is not scrolled to again: on a
  // telephone a form that could not be taken would look as if nothing had been said.
  if (first) {
    first.focus()
    first.scrollIntoView({ block: 'center' })
  } else if (moved) {
    scrollTo(0, 0)
    document.getElementById('main').focus({ preventScroll: true })
  }
}

// A menu closes by Escape, by a click elsewhere, and when a page is chosen.
const openMenus = () => [...document.querySelectorAll('details.menu[open]')]
document.addEventListener('keydown', ({ key }) => {
  if (key !== 'Escape') return
  for (const menu of openMenus()) {
    menu.open = false
    menu.querySelector('summary').focus()
  }
})
document.addEventListener('click', ({ target }) => {
  for (const menu of openMenus()) if (!menu.contains(target) || target.closest('a')) menu.open = false
})

// After a swap another button may lie under a pointer that rests: once a row has gone from a list, that of the next row.
// Who clicks a second time, a little later than a double click, meant the one before. A keyboard's click has detail 0.
const RESTS_MS = 1_000
const RESTS_PX = 8
let pointer
let rest
for (const name of ['pointermove', 'pointerdown'])
  document.addEventListener(
    name,
    ({ clientX: x, clientY: y }) => {
      pointer = { x, y }
      if (rest && Math.hypot(x - rest.x, y - rest.y) > RESTS_PX) rest = undefined
    },
    true,
  )
document.addEventListener('htmx:after:swap', ({ timeStamp }) => {
  rest = pointer && { ...pointer, since: timeStamp }
})
const isLeftOver = ({ detail, timeStamp }) => detail > 0 && rest && timeStamp - rest.since < RESTS_MS

// One click is enough: the second of a double click, and any while the first is under way, send nothing.
const underWay = new WeakSet()
document.addEventListener(
  'click',
  (event) => {
    if ((event.detail > 1 || isLeftOver(event)) && event.target.closest('button')) event.preventDefault()
  },
  true,
)
document.addEventListener(
  'submit',
  (event) => {
    const { target: form } = event
    if (form.method !== 'post') return
    if (!underWay.has(form)) return underWay.add(form)
    event.preventDefault()
    event.stopImmediatePropagation()
  },
  true,
)
for (const name of ['htmx:finally:request', 'pageshow'])
  addEventListener(
    name,
    () => {
      for (const form of document.forms) underWay.delete(form)
    },
    true,
  )

// A list of addresses has a line each; as long as there is one line, Enter sends the form, as in a field of one line.
document.addEventListener('keydown', (event) => {
  const { key, shiftKey, isComposing, target } = event
  if (key !== 'Enter' || shiftKey || isComposing || !target.matches?.('[data-enter-sends]')) return
  if (target.value.includes('\n')) return
  event.preventDefault()
  target.form.requestSubmit()
})

// The browser takes the link along, or leaves it marked for the keyboard.
document.addEventListener('click', async ({ target }) => {
  const button = target.closest('[data-copy]')
  if (!button) return
  const field = document.getElementById(button.dataset.copy)
  field.select()
  const isCopied = await navigator.clipboard?.writeText(field.value).then(
    () => true,
    () => false,
  )
  if (isCopied || document.execCommand('copy'))
    document.getElementById('copied').textContent = button.dataset.copied
})
