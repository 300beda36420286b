/**
 * Young objects of a web process. In a surge what hundreds of requests hold survives each clean-up of them and is copied: with Node's
 * own 32 MB ten times a second, a tenth of the time (130 ms of each second); with 64 MB five times, 80 ms. Quiet processes stay small.
 */
const YOUNG_HALF_MAX_MB = 64;

/** What Node is told when it runs the web process. */
export const WEB_ARGUMENTS = [
  '--disable-warning=ExperimentalWarning',
  `--max-semi-space-size=${YOUNG_HALF_MAX_MB}`,
] as const;
