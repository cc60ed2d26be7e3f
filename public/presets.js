// A preset ticks its boxes at once, and the list follows the boxes. Without this file a button has it done.

document.documentElement.classList.add('ticks-presets')

const keysOfPreset = (option) => option.dataset.permissions?.split(',') ?? []

/** What is chosen, in the words of the options; nothing where All Permissions is. */
function tickedIn(form) {
  if (form.querySelector('[name="which"][value="all"]:checked')) return []
  return [...form.querySelectorAll('[name="permissions"]:checked')].map((box) => box.value)
}

function followTicked() {
  for (const list of document.querySelectorAll('select[name="preset"]')) {
    const chosen = tickedIn(list.form)
    const isChosen = (option) =>
      chosen.length > 0 &&
      keysOfPreset(option).length === chosen.length &&
      chosen.every((key) => keysOfPreset(option).includes(key))
    const same = [...list.options].filter(isChosen)
    if (same.includes(list.selectedOptions[0])) continue
    // The account's own word goes before ours.
    list.value = (same.find((option) => /^\d/.test(option.value)) ?? same[0] ?? list.options[0]).value
  }
}

document.addEventListener('change', ({ target }) => {
  if (target.name !== 'preset') return followTicked()
  const { form } = target
  const [option] = target.selectedOptions
  if (!form || !option.value) return
  const choose = form.querySelector('[name="which"][value="choose"]')
  if (choose) choose.checked = true
  const boxes = [...form.querySelectorAll('[name="permissions"]')]
  for (const box of boxes) box.checked = keysOfPreset(option).includes(box.value)
  // So that Check All follows too.
  boxes[0]?.dispatchEvent(new Event('change', { bubbles: true }))
})
addEventListener('pageshow', followTicked)
document.addEventListener('htmx:after:swap', followTicked)
