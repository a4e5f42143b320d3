import { readFile } from 'node:fs/promises';
import { ConfigError } from './config.ts';

/** RFC 6750: what a header can carry as a token. */
const TOKEN = /^[A-Za-z0-9._~+/-]+=*$/;

/**
 * The token JSON-RPC asks for: the text itself or, after an @, the name of the file that holds it, so that it stands in
 * no list of processes.
 * @throws {ConfigError} saying what to do.
 */
export async function loadToken(option: string | undefined): Promise<string | undefined> {
  if (option === undefined) return undefined;
  const token = option.startsWith('@') ? await readToken(option.slice(1)) : option;
  if (TOKEN.test(token)) return token;
  throw new ConfigError(
    'option http.token: a token is letters, digits and -._~+/ only, such as `openssl rand -hex 32` gives',
  );
}

async function readToken(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    const reason = (error as Error).message;
    throw new ConfigError(
      `option http.token: cannot read the file: ${reason}; name one that holds the token`,
      {
        cause: error,
      },
    );
  }
}
