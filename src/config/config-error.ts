/** A fault of whoever wrote the configuration: the message says which option, what is wrong and what to write. */
export class ConfigError extends Error {}
