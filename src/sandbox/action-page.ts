// 3-D Secure: the buyer's bank asks the buyer.
import type { Database } from '../lib/db.ts';
import { actionPage, decidedPage, messagePage } from './pages.ts';
import type { SandboxApp } from './server.ts';
import { type Charge, decideCharge, findChargeById } from './store.ts';

const CHARGE_ID = /^ch_[0-9a-f]{30}$/;

export function actionPageRoutes(app: SandboxApp, db: Database, onNews: () => void): void {
  app.get<{ Params: { chargeId: string } }>('/action/:chargeId', async (request, reply) => {
    const charge = await find(db, request.params.chargeId);
    if (!charge) return reply.code(404).send(noSuchPayment());
    return reply.send(
      String(charge.state === 'requires_action' ? actionPage(charge, request.url) : decidedPage(charge)),
    );
  });

  app.post<{ Params: { chargeId: string } }>('/action/:chargeId', async (request, reply) => {
    const charge = await find(db, request.params.chargeId);
    if (!charge) return reply.code(404).send(noSuchPayment());
    const decision = (request.body as Record<string, unknown> | undefined)?.decision;
    if (decision !== 'approve' && decision !== 'refuse')
      return reply
        .code(422)
        .send(String(messagePage('Approve or refuse?', 'Go back and press one of the two buttons.')));
    // The first answer counts; pressing again, or the other button in a second window, only leads back to the shop.
    if (await decideCharge(db, charge.charge_id, decision === 'approve' ? null : 'authentication_failed')) onNews();
    return reply.redirect(charge.return_url, 303);
  });
}

async function find(db: Database, chargeId: string): Promise<Charge | undefined> {
  return CHARGE_ID.test(chargeId) ? findChargeById(db, chargeId) : undefined;
}

function noSuchPayment(): string {
  return String(messagePage('There is no such payment', 'The link is wrong or has been cut short.'));
}
