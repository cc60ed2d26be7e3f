// A house as it runs for real, but for its address: mail goes to this peer, and a proxy stands in front.

export const APP_URL = 'https://accounts.example.com'

export const production = (smtpUrl: string) => ({
  NODE_ENV: 'production',
  APP_URL,
  APP_SECRET: 'production has a secret of its own: 32 bytes or more',
  SMTP_URL: smtpUrl,
  MAIL_FROM: 'Accounts <accounts@example.com>',
  TRUST_PROXY: '1',
})
