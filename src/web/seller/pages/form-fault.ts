// Above a form that came back: what to correct, or why the whole was refused.
import { type Html, html, nothing } from '../../../lib/html.ts';
import { errorSummary } from '../../kit/components/field.ts';
import { notice } from '../../kit/components/notice.ts';
import type { FormState } from '../../kit/form-again.ts';

export function formFault({ errors, fault }: FormState): Html {
  if (errors.length > 0) return errorSummary(errors);
  return fault ? notice('bad', html`<strong>${fault.title}.</strong> ${fault.help}`) : nothing;
}
