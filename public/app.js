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
  const target = targetOf(detail.ctx)
  if (target === document.body) return afterPage(detail.ctx)
  if (target !== box) return keepRow()
  if (!box.open) box.showModal()
  box.setAttribute('aria-labelledby', 'dialog-title')
})

document.addEventListener('htmx:before:swap', ({ detail }) => {
  if (targetOf(detail.ctx) === dialog()) return
  if (dialog().open) dialog().close()
  const isLink = detail.ctx.sourceElement.matches?.('a')
  was = { isLink, title: titleOf(), y: scrollY, row: rowOf(document.activeElement) }
  given = undefined
})

// Where somebody was before a swap: on which page, how far down, in which row of a list, and what stands beside it.
let was = {}
const titleOf = () => document.querySelector('h1')?.textContent
function rowOf(control) {
  const row = control?.closest('.row-item')
  if (!row?.id) return
  return {
    ...{ id: row.id, nth: nthOf(row), word: control.textContent },
    besides: (row.nextElementSibling ?? row.previousElementSibling)?.id,
    list: row.closest('[aria-labelledby]')?.getAttribute('aria-labelledby'),
  }
}
const nthOf = (row) => [...row.parentElement.children].indexOf(row)

// A row that has gone, or gone elsewhere, hands the focus to the one beside it, or to the heading of its list.
let given
function keepRow({ row } = was) {
  if (!row) return
  const same = document.getElementById(row.id)
  const stays = same && nthOf(same) === row.nth
  if (stays && same.contains(document.activeElement)) return
  const to = stays ? same : document.getElementById(row.besides)
  const controls = [...(to?.querySelectorAll('.row-actions :is(a, button)') ?? [])]
  const control = controls.find(({ textContent }) => textContent === row.word) ?? controls[0]
  if (!control) return focusOn(row.list)
  control.focus()
  if (!stays) given = control
}

/** What is no control takes the focus, too, to read on from there. */
function focusOn(id, options) {
  const place = document.getElementById(id) ?? document.getElementById('main')
  if (place.tabIndex < 0) place.tabIndex = -1
  place.focus(options)
}

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
function afterPage({ request }) {
  for (const form of document.forms) form.reset()
  followBoxes()
  const isElsewhere = was.isLink || was.title !== titleOf() || path !== location.pathname
  path = location.pathname
  const first = document.querySelector('[autofocus]')
  // htmx scrolls to the top after it has focused, and who has the focus already is not scrolled to again: on a
  // telephone a form that could not be taken would look as if nothing had been said.
  if (first) {
    first.focus()
    first.scrollIntoView({ block: 'center' })
    return
  }
  // To a list that a link leads to htmx scrolls after this.
  if (isElsewhere) return arrive(request?.anchor)
  scrollTo(0, was.y)
  keepRow()
  // What was pressed may be gone, with the page at the same address: the recovery codes, after the code.
  if (document.activeElement === document.body) arrive()
}

function arrive(id = 'main') {
  scrollTo(0, 0)
  focusOn(id, { preventScroll: true })
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
// Who clicks a second time, a little later than a double click, meant the one before. A keyboard's click has detail 0; it
// is left over on a button that has only just been given the focus.
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
let swappedAt = -RESTS_MS
document.addEventListener('htmx:after:swap', ({ timeStamp }) => {
  swappedAt = timeStamp
  rest = pointer
})
const isLeftOver = ({ detail, timeStamp, target }) =>
  timeStamp - swappedAt < RESTS_MS &&
  (detail > 0 ? rest && target.closest('.row-item') : given?.contains(target))

// One click is enough: the second of a double click, and any while the first is under way, send nothing.
// So does a key that is held.
const underWay = new WeakSet()
document.addEventListener(
  'keydown',
  (event) => {
    if (event.repeat && event.key === 'Enter' && event.target.closest('button')) event.preventDefault()
  },
  true,
)
document.addEventListener(
  'click',
  (event) => {
    const button = event.target.closest('button')
    if (button && (event.detail > 1 || isLeftOver(event))) event.preventDefault()
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

// The browser takes along what is in the field or list, or leaves it marked for the keyboard.
document.addEventListener('click', async ({ target }) => {
  const button = target.closest('[data-copy]')
  if (!button) return
  const field = document.getElementById(button.dataset.copy)
  if (field.select) field.select()
  else getSelection().selectAllChildren(field)
  const isCopied = await navigator.clipboard?.writeText(field.value ?? field.innerText).then(
    () => true,
    () => false,
  )
  if (isCopied || document.execCommand('copy'))
    document.getElementById('copied').textContent = button.dataset.copied
})
