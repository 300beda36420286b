// The door of the rehearsal, for the command line.
export { openDatabaseProxy } from './database-proxy.ts';
export { runLoadProcess } from './load-process.ts';
export { FAULT_NAMES, FAULTS, type Fault, isFault, type Plan, strikingFaults } from './plan.ts';
export { type Listener, type Rehearsal, rehearse } from './rehearse.ts';
export { reportHtml } from './report-html.ts';
export { reportJson, reportText } from './report-text.ts';
export { REHEARSAL_SLUG } from './set-up.ts';
export { holdsRealOrders } from './store.ts';
export { type Breakable, childrenOf, type Part } from './strike.ts';
