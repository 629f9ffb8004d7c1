/** What a token allows: to edit photos, to use jobs, and to see and do everything. */
export type Scope = 'edit' | 'jobs' | 'admin';

export const SCOPES = ['edit', 'jobs', 'admin'] as const satisfies readonly Scope[];

/** Whether scopes allow something: `admin` allows everything. */
export const allows = (scopes: readonly Scope[], scope: Scope): boolean =>
  scopes.includes('admin') || scopes.includes(scope);
