// What the payment page shows of a held unit, also when its form comes back.
import type { FastifyRequest } from 'fastify';
import type { Html } from '../../lib/html.ts';
import { parseId } from '../../lib/ids.ts';
import { loadUser, type User } from '../../modules/accounts/index.ts';
import { findOpenHold, type Reservation } from '../../modules/inventory/index.ts';
import { listMethods } from '../../modules/payments/index.ts';
import { callerOf } from '../kit/caller.ts';
import { EMPTY_FORM, type FormState, formAgain } from '../kit/form-again.ts';
import { AddressSchema } from '../kit/schemas.ts';
import type { Shop } from '../kit/shop.ts';
import { ADDRESS_FIELD, payPage, TOKEN_FIELD } from './pages/pay-page.ts';
import { isCardNumber } from './raw-card.ts';
import { payPath } from './reservation-json.ts';

const REMEMBERED = [TOKEN_FIELD, ...Object.keys(AddressSchema.properties).map((name) => ADDRESS_FIELD + name)];

type View = { token?: string | undefined; declineCode?: string | undefined; form?: FormState };

export async function drawPayPage(shop: Shop, caller: User, reservation: Reservation, view: View): Promise<Html> {
  const [document, methods, account] = await Promise.all([
    shop.replica.product(reservation.productId),
    listMethods(shop.db, caller.userId),
    loadUser(shop.accounts, caller.userId),
  ]);
  return payPage({
    caller,
    reservation,
    title: document?.title ?? 'Your product',
    picture: document?.pictures[0],
    address: account?.address ?? undefined,
    methods,
    token: view.token ?? view.form?.values[TOKEN_FIELD],
    declineCode: view.declineCode,
    form: view.form ?? EMPTY_FORM,
    cardPageUrl: shop.provider.cardPageUrl({
      amountMinor: reservation.priceMinor,
      currency: reservation.currency,
      returnUrl: `${shop.publicOrigin}${payPath(reservation.reservationId)}`,
    }),
    showTestCards: shop.provider.name === 'sandbox',
  });
}

/** Whoever still holds the unit goes on from where the form was, while the clock runs. */
export function payFormAgain(shop: Shop) {
  return formAgain(REMEMBERED, async (request: FastifyRequest, form) => {
    const caller = callerOf(request);
    const { productId: given } = (request.body ?? {}) as { productId?: unknown };
    const productId = typeof given === 'string' ? parseId(given) : undefined;
    if (!caller || productId === undefined) return undefined;
    const reservation = await findOpenHold(shop.db, caller.userId, productId);
    if (reservation?.state !== 'held' || reservation.expiresAt.getTime() <= Date.now()) return undefined;
    // A card number that was refused is not sent back either.
    const values = Object.fromEntries(Object.entries(form.values).filter(([, value]) => !isCardNumber(value)));
    return drawPayPage(shop, caller, reservation, { form: { ...form, values } });
  });
}
