const CODE_FOLLOWS = ['-e', '--eval', '-p', '--print', '-pe'];
const OF_THAT_CODE = '--input-type';

/**
 * Of Node's own arguments (`process.execArgv`) those that hold for a child as well: all but code given on the command
 * line, which a child would run instead of its own, and begin another network, without end.
 */
export function inheritedArguments(execArgv: readonly string[]): string[] {
  const inherited: string[] = [];
  for (let at = 0; at < execArgv.length; at++) {
    const argument = execArgv[at]!;
    const [name = '', value] = argument.split('=', 2);
    if (!CODE_FOLLOWS.includes(name) && name !== OF_THAT_CODE) inherited.push(argument);
    else if (value === undefined) at++;
  }
  return inherited;
}
