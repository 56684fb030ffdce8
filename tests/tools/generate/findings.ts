import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { FINDING_KINDS, type FindingKind } from "../../../provider/certificates/findingTable";
import { ARGUMENT_KINDS } from "../../../provider/operations/argumentTable";

/** The page of findings. Its order and the sentences that say when something comes up are written by hand. */
export const FINDINGS_PAGE = resolve(__dirname, "../../../../docs/reference/findings.md");

type Kind = Pick<FindingKind, "severity" | "fix"> & Partial<FindingKind>;

/** What the tables say of a code fills its row of the page. */
export function renderFindings(page: string): string {
    const kinds = new Map<string, Kind>(Object.entries({ ...FINDING_KINDS, ...ARGUMENT_KINDS }));
    return page.replace(/^\| `([\w-]+)` \|[^|]*\| (.*?) \|.*$/gm, (_, code: string, meaning: string) => {
        const kind = kinds.get(code);
        if (kind === undefined) {
            throw new Error(`there is no finding ${code}`);
        }
        return renderRow(code, kind, meaning);
    });
}

function renderRow(code: string, { severity, waivable, fix, fixKey = fix }: Kind, meaning: string): string {
    const steps = fixKey === fix ? sentence(fix) : `${sentence(fix)}<br>For \`key\`: ${sentence(fixKey)}`;
    return `| \`${code}\` | ${severity}${waivable === true ? ", waived" : ""} | ${meaning} | ${steps} |`;
}

function sentence(step: string): string {
    return `${step.charAt(0).toUpperCase()}${step.slice(1)}`.replaceAll("|", "\\|");
}

if (require.main === module) {
    writeFileSync(FINDINGS_PAGE, renderFindings(readFileSync(FINDINGS_PAGE, "utf8")));
}
