// Passkeys need the browser: what has to do with them is hidden where this file does not run. A button asks the browser
// for one, and sends its form with the answer.

const { browserSupportsWebAuthn, startAuthentication, startRegistration } = SimpleWebAuthnBrowser

// They are bound to a name; an address in numbers has none.
const hasName = !/^[\d.]+$|^\[/.test(location.hostname)
if (hasName && browserSupportsWebAuthn()) document.documentElement.classList.add('has-passkeys')

async function optionsFor({ options, ask }) {
  if (options) return JSON.parse(options)
  const answer = await fetch(ask, { method: 'POST' })
  if (!answer.ok) throw new Error('No options')
  return answer.json()
}

let isAsking = false
document.addEventListener('click', async ({ target }) => {
  const button = target.closest('[data-passkey]')
  if (!button || isAsking) return
  isAsking = true
  const { form, dataset } = button
  const says = form.querySelector('.passkey-says')
  says.textContent = ''
  try {
    const optionsJSON = await optionsFor(dataset)
    const start = dataset.passkey === 'make' ? startRegistration : startAuthentication
    const answer = await start({ optionsJSON })
    form.elements.passkey.value = JSON.stringify(answer)
    form.requestSubmit()
  } catch (error) {
    says.textContent = error.name === 'InvalidStateError' && dataset.known ? dataset.known : dataset.failed
  } finally {
    isAsking = false
  }
})

// An answer is sent once: the next time the form is sent, it is by other means.
for (const name of ['htmx:after:swap', 'pageshow'])
  addEventListener(name, () => {
    for (const field of document.querySelectorAll('[name="passkey"]')) field.value = ''
  })
