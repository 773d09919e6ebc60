/** Describes one error code: its HTTP status, whether the same call may succeed later, and what to do. */
export interface ErrorRule {
  readonly status: number;
  readonly title: string;
  readonly retryable: boolean;
  readonly advice: string;
}
