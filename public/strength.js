// How hard a new password is to guess, said while it is typed. Nothing leaves the page; whether it will do, the
// server decides.

function strengthOf(password) {
  const letters = [...password]
  const different = new Set(letters.map((letter) => letter.toLowerCase())).size
  const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\p{N}/u, /[^\p{L}\p{N}]/u].filter((kind) =>
    kind.test(password),
  ).length
  const points = Math.min(letters.length, different * 2) + 2 * (kinds - 1)
  if (letters.length < 10 || points < 14) return 'weak'
  return points < 20 ? 'fair' : 'strong'
}

document.addEventListener('input', ({ target }) => {
  if (target.autocomplete !== 'new-password') return
  const hint = target.parentElement.querySelector('.strength')
  const strength = target.value && strengthOf(target.value)
  hint.textContent = strength ? hint.dataset[strength] : ''
  hint.className = strength ? `strength strength-${strength}` : 'strength'
})
