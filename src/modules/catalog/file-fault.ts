/** What ends the reading of an import file; its message is for whoever gave us the file. */
export class FileFault extends Error {}
