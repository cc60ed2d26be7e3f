// Logging in takes the same two fields in both areas.

import { z } from 'zod'
import { emailField, passwordField } from './form.ts'

export const LoginForm = z.object({ email: emailField(), password: passwordField() })
