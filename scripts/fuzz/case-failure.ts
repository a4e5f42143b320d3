/** What went wrong with a case. */
class CaseFailure extends Error {}

export function must(holds: boolean, what: string): void {
  if (!holds) throw new CaseFailure(what);
}
