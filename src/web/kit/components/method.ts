// A saved card as its owner recognises it.
import { methodName } from '../../../modules/orders/index.ts';

export function methodText({ brand, last4 }: { brand: string; last4: string }): string {
  return `${methodName(brand)} •••• ${last4}`;
}
