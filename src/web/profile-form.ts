// The fields of a client's profile, the same wherever one is written.

import { z } from 'zod'
import type { Client } from '../domain/clients.ts'
import { companyName, emailField, firstName, lastName, optionalLine } from './form.ts'

export const ProfileForm = z.object({
  company_name: companyName(),
  first_name: firstName(),
  last_name: lastName(),
  email: emailField(),
  address1: optionalLine(),
  address2: optionalLine(),
  city: optionalLine(),
  state: optionalLine(),
  postcode: optionalLine(20),
  country: optionalLine(2)
    .transform((code) => code.toUpperCase())
    .refine((code) => code === '' || /^[A-Z]{2}$/.test(code), 'country.malformed'),
  phone: optionalLine(40),
})

export const profileOf = (client: Client) =>
  Object.fromEntries(Object.keys(ProfileForm.shape).map((key) => [key, client[key as keyof Client]]))
