// Above a form that came back: what to correct, or why the whole was refused.
import { type Html, html, nothing } from '../../../lib/html.ts';
import type { FormState } from '../form-again.ts';
import { errorSummary } from './field.ts';
import { notice } from './notice.ts';

export function formFault({ errors, fault }: Pick<FormState, 'errors' | 'fault'>): Html {
  if (errors.length > 0) return errorSummary(errors);
  return fault ? notice('bad', html`<strong>${fault.title}.</strong> ${fault.help}`) : nothing;
}
