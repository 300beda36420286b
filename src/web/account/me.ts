import { Type } from 'typebox';
import { problem } from '../../lib/problem.ts';
import { type Address, loadUser, saveAddress } from '../../modules/accounts/index.ts';
import { listMethods } from '../../modules/payments/index.ts';
import { callerOf, requireCaller } from '../kit/caller.ts';
import { EMPTY_FORM, formAgain } from '../kit/form-again.ts';
import { respond, wantsPage } from '../kit/negotiate.ts';
import { AddressSchema, problemResponses } from '../kit/schemas.ts';
import type { App } from '../kit/shop.ts';
import { mePage } from './me-page.ts';
import { nextOf } from './register.ts';
import type { AccountShop } from './routes.ts';
import { MeAnswer, meJson, NextQuery } from './schemas.ts';

const ADDRESS_FIELDS = Object.keys(AddressSchema.properties);

export function meRoutes(app: App, shop: AccountShop): void {
  const schema = {
    tags: ['accounts'],
    summary: 'The account, with its saved address',
    querystring: Type.Object({
      saved: Type.Optional(Type.Enum(['address', 'card', 'card-removed'])),
      ...NextQuery.properties,
    }),
    response: { 200: MeAnswer, ...problemResponses(401, 503) },
  };
  app.get('/me', { schema }, async (request, reply) => {
    const found = await loadUser(shop.accounts, requireCaller(request).userId);
    if (!found) throw problem('sign-in-required');
    const methods = wantsPage(request) ? await listMethods(shop.db, found.user.userId) : [];
    return respond(request, reply, {
      json: () => meJson(found.user, found.address),
      page: () => mePage(found.user, methods, addressState(found.address), request.query.saved, nextOf(request)),
    });
  });

  const body = { tags: ['accounts'], body: AddressSchema };
  const put = {
    ...body,
    summary: 'Save the address that orders go to',
    response: { 200: AddressSchema, ...problemResponses(401, 422, 503) },
  };
  app.put('/me/address', { schema: put }, (request) =>
    saveAddress(shop.accounts, requireCaller(request).userId, request.body),
  );

  const post = { ...body, querystring: NextQuery, summary: 'The same, for the form of the page' };
  const errorHandler = formAgain(ADDRESS_FIELDS, (request, state) => {
    const user = callerOf(request);
    return user && mePage(user, undefined, state, undefined, nextOf(request));
  });
  app.post('/me/address', { schema: post, errorHandler }, async (request, reply) => {
    const saved = await saveAddress(shop.accounts, requireCaller(request).userId, request.body);
    const next = nextOf(request);
    if (wantsPage(request)) return reply.redirect(next === '/' ? '/me?saved=address' : next, 303);
    return reply.send(saved);
  });
}

function addressState(address: Address | undefined) {
  return address ? { ...EMPTY_FORM, values: { ...address } } : EMPTY_FORM;
}
