/** What went wrong with a case. */
export class CaseFailure extends Error {}

export function must(holds: boolean, what: string): void {
  if (!holds) throw new CaseFailure(what);
}
