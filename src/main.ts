// The command line. Each command's code is loaded when it runs, so that help and refusals come at once.
import { Command, InvalidArgumentError, Option } from 'commander';
import { explain, Refusal } from './cli/refusal.ts';
import { type Config, readConfig } from './config.ts';
import { parseId } from './lib/ids.ts';

type Json = { json?: true };
type RehearseFlags = Json & {
  buyers: number;
  stock: number;
  mode: 'open' | 'line' | 'lottery';
  condition: 'none' | 'proof-of-work';
  arrival: 'spike' | 'ramp' | 'mix';
  minutes: number;
  hold: number;
  faults?: string;
  seed: number;
  target?: string;
  iOwn?: string;
  force?: true;
};
type AuditOptions = { drop?: number; export?: string; verify?: string; key?: string };

const DEMO_PRODUCTS = 5_000;
const MOST_DEMO_PRODUCTS = 1_000_000;
const MOST_NAME_CHARACTERS = 100;
const MOST_STOCK = 1_000_000;
const MOST_RESULTS = 100;
const MOST_BUYERS = 1_000_000;
const MOST_SEED = 999_999_999;
const MOST_MINUTES = 60;

function config(): Config {
  // At a terminal sits a person, who reads an address and not a log.
  const outcome = readConfig({
    ...process.env,
    LOG_LEVEL: process.env.LOG_LEVEL || (process.stdout.isTTY ? 'warn' : 'info'),
  });
  if (outcome.kind === 'bad')
    throw new Refusal(
      ['These settings cannot be used:', ...outcome.problems.map((problem) => `  ${problem}`)].join('\n'),
    );
  return outcome.config;
}

function wholeNumber(most: number, least = 0): (text: string) => number {
  return (text) => {
    const value = /^\d{1,9}$/.test(text) ? Number(text) : -1;
    if (value < least || value > most)
      throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
    return value;
  };
}

function sellerName(text: string): string {
  const name = text.trim();
  if (name === '' || name.length > MOST_NAME_CHARACTERS || /\p{Cc}/u.test(name))
    throw new InvalidArgumentError(`It must be a name of 1 to ${MOST_NAME_CHARACTERS} characters.`);
  return name;
}

function productNumber(text: string): number {
  const productId = parseId(text);
  if (productId === undefined) throw new InvalidArgumentError("It must be a product's number.");
  return productId;
}

function minutes(text: string): number {
  const value = /^\d{1,2}(\.\d{1,3})?$/.test(text) ? Number(text) : 0;
  if (value < 0.1 || value > MOST_MINUTES)
    throw new InvalidArgumentError(`It must be a number from 0.1 to ${MOST_MINUTES}.`);
  return value;
}

/** Work that its parent began must not go on unseen, beside the same work of the next start. */
function endWithParent(): void {
  process.on('disconnect', () => process.exit(1));
  process.channel?.unref();
}

const JSON_OPTION = ['--json', 'print JSON, for programs'] as const;

const souk = new Command('souk').description('A marketplace that one person starts with one command.').addHelpText(
  'after',
  `
Settings come from the environment: PORT, OPS_PORT, SANDBOX_PORT, HOST, SOUK_ORIGIN,
SOUK_DATA, DATABASE_URL, SOUK_DEMO, SMTP_URL, SEARCH_URL, SEARCH_THREADS,
SOUK_TRUST_PROXY, LOG_LEVEL. README.md says what each is.`,
);

souk
  .command('start')
  .description('start everything: the database, the payment sandbox, the worker and the web server')
  .option(...JSON_OPTION)
  .action(async ({ json }: Json) => {
    const { start } = await import('./cli/start.ts');
    await start(config(), { json: json ?? false, mainFile: import.meta.filename, environment: process.env });
    process.exit(0);
  });

souk
  .command('migrate')
  .description('bring the database schema up to this version')
  .option(...JSON_OPTION)
  .action(async ({ json }: Json) => {
    const { migrateShop } = await import('./cli/migrate.ts');
    await migrateShop(config(), json ?? false);
  });

souk
  .command('seed')
  .description('load the demo catalogue and its accounts')
  .option('--products <count>', 'how many products', wholeNumber(MOST_DEMO_PRODUCTS), DEMO_PRODUCTS)
  .option(...JSON_OPTION)
  .action(async ({ products, json }: Json & { products: number }) => {
    endWithParent();
    const { seed } = await import('./cli/seed.ts');
    await seed(config(), products, json ?? false);
  });

souk
  .command('import')
  .description('bring in products: JSON Lines (also gzipped), or the CSV that shops export')
  .argument('<file...>', 'one or more of them')
  .option('--seller <name>', 'whose products they are', sellerName, 'Souk Imports')
  .option('--stock <units>', 'units of a new product whose row does not say', wholeNumber(MOST_STOCK), 25)
  .option('--pictures <directory>', "what picture paths are relative to (default: the file's directory)")
  .option(...JSON_OPTION)
  .action(
    async (
      files: string[],
      { seller, stock, pictures, json }: Json & { seller: string; stock: number; pictures?: string },
    ) => {
      endWithParent();
      const { importFiles } = await import('./cli/import.ts');
      if (!(await importFiles(config(), { files, seller, stock, pictures, json: json ?? false }))) process.exitCode = 1;
    },
  );

souk
  .command('audit')
  .description('add up the books: every unit, payment, order and receipt; or prove one drop')
  .option(
    '--drop <product>',
    "a drop's statement: every ticket, grant and sale, signed, and checked at once",
    productNumber,
  )
  .option('--export <file>', 'with --drop: write it into a file that anybody can check')
  .option('--verify <file>', 'check such a file, from any shop; no database is needed')
  .option(
    '--key <hex>',
    "with --verify: the public key it must be signed by (the shop's /.well-known/souk-statement-key.json)",
  )
  .option(...JSON_OPTION)
  .action(async ({ json, drop, export: exportFile, verify, key }: Json & AuditOptions) => {
    const isJson = json ?? false;
    const { audit, auditDrop, auditFile } = await import('./cli/audit.ts');
    if (exportFile !== undefined && drop === undefined) throw new Refusal('--export needs --drop: whose statement?');
    if (key !== undefined && verify === undefined) throw new Refusal('--key needs --verify: which file?');
    if (drop !== undefined && verify !== undefined) throw new Refusal('Either --drop or --verify, not both.');
    const isClean =
      verify !== undefined
        ? auditFile(verify, key ?? null, isJson)
        : await (drop !== undefined ? auditDrop(config(), drop, exportFile ?? null, isJson) : audit(config(), isJson));
    if (!isClean) process.exitCode = 1;
  });

souk
  .command('search')
  .description('search as a shopper does, and see why the results are what they are')
  .argument('<term>')
  .option('--explain', "words, corrections, and the parts of each result's score")
  .option('--exact', 'as typed: nothing corrected, completed, exchanged or read as a price')
  .option('--size <count>', 'how many results', wholeNumber(MOST_RESULTS, 1), 10)
  .option(...JSON_OPTION)
  .action(async (term: string, flags: Json & { explain?: true; exact?: true; size: number }) => {
    const { search } = await import('./cli/search.ts');
    const { explain, exact, size, json } = flags;
    await search(config(), { term, explain: explain ?? false, exact: exact ?? false, size, json: json ?? false });
  });

souk
  .command('reindex')
  .description('index all products anew in the OpenSearch of SEARCH_URL, while the old index answers')
  .action(async () => {
    const { reindex } = await import('./cli/reindex.ts');
    await reindex(config());
  });

souk
  .command('doctor')
  .description('check what a start needs, and say what to do')
  .option(...JSON_OPTION)
  .action(async ({ json }: Json) => {
    const { doctor } = await import('./cli/doctor.ts');
    if (!(await doctor(config(), json ?? false))) process.exitCode = 1;
  });

souk
  .command('rehearse')
  .description('a surge against a shop of its own: a crowd, a drop, faults, and a verdict')
  .option('--buyers <count>', 'how many come', wholeNumber(MOST_BUYERS, 1), 10_000)
  .option('--stock <units>', 'units of the drop', wholeNumber(MOST_STOCK, 1), 100)
  .addOption(new Option('--mode <mode>', 'how it is sold').choices(['open', 'line', 'lottery']).default('line'))
  .addOption(new Option('--arrival <curve>', 'how they come').choices(['spike', 'ramp', 'mix']).default('spike'))
  .option('--minutes <minutes>', 'while they keep coming', minutes, 2)
  .option('--hold <seconds>', 'how long a unit is held', wholeNumber(3_600, 5), 20)
  .addOption(
    new Option('--condition <what>', 'what the drop asks of buyers').choices(['none', 'proof-of-work']).default('none'),
  )
  .option('--faults <list>', 'all, none, or some of them with commas: "souk rehearse --faults help"')
  .option('--seed <number>', 'the same seed is the same crowd and the same faults', wholeNumber(MOST_SEED), 1)
  .option('--target <url>', 'a shop that runs already, instead of one of its own')
  .option('--i-own <host>', 'the host of --target where it is not this machine')
  .option('--force', 'also on a database that holds real orders')
  .option(...JSON_OPTION)
  .action(async (given: RehearseFlags) => {
    const { faultList, faultsFrom, runRehearsal } = await import('./cli/rehearse.ts');
    if (given.faults === 'help') {
      console.log(faultList());
      return;
    }
    const { buyers, stock, mode, condition, arrival, seed, hold, target, iOwn, force, json } = given;
    const command = {
      ...{ buyers, stock, mode, condition, arrival, seed, target, ownedHost: iOwn, isForced: force ?? false },
      arrivalSeconds: Math.round(given.minutes * 60),
      holdSeconds: hold,
      faults: faultsFrom(given.faults),
    };
    const options = { json: json ?? false, mainFile: import.meta.filename, environment: process.env };
    process.exit((await runRehearsal(config(), command, options)) ? 0 : 1);
  });

souk.command('rehearse-load', { hidden: true }).action(async () => {
  const { runLoadProcess } = await import('./rehearsal/index.ts');
  runLoadProcess();
});
souk.command('web', { hidden: true }).action(async () => {
  const { web } = await import('./cli/web.ts');
  await web(config());
});
souk.command('worker', { hidden: true }).action(async () => {
  const { worker } = await import('./cli/worker.ts');
  await worker(config());
});
souk.command('sandbox', { hidden: true }).action(async () => {
  const { sandbox } = await import('./cli/sandbox.ts');
  await sandbox(config());
});

try {
  if (process.argv.length <= 2) souk.outputHelp();
  else await souk.parseAsync();
} catch (error) {
  console.error(explain(error));
  process.exit(1);
}
