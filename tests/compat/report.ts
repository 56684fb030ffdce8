import type { CellRecord } from "./matrix";
export function writeReport(records: readonly CellRecord[]): string {
    return JSON.stringify(records);
}
