import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { FINDING_GROUPS, type FindingKind } from "../../../provider/certificates/findingTable";
import { ARGUMENT_KINDS } from "../../../provider/operations/argumentTable";

/** The page that is generated from the table of findings. */
export const FINDINGS_PAGE = resolve(__dirname, "../../../../docs/reference/findings.md");

const HEAD = `# Findings

What \`ProjectClientCert\` finds out about \`cert\`, \`key\` and \`ca\` before anything is uploaded. This page is generated:
\`npm run generate:findings\`.

A message is one line: the argument, what was expected, what was found, what mends it, and the code in brackets.

- An **error** stops the deployment in \`pulumi preview\` already, all errors at once. Those marked "waived" become
  warnings with \`skipValidation: true\`: an origin could see them differently.
- A **warning** or a **note** stands under the resource in preview and \`up\`. What comes up only with the private key
  (a repaired or converted key, a chain without its root) stands under the stack, after \`project/origin\`.
- Only what would be uploaded can be refused. Of material in place, dates alone are spoken of, as warnings, in every
  preview and \`up\`.
`;

export function renderFindings(): string {
    const groups = Object.entries(FINDING_GROUPS).map(([title, kinds]) => renderGroup(title, kinds));
    return [HEAD, ...groups, renderArguments()].join("\n");
}

function renderArguments(): string {
    const rows = Object.entries(ARGUMENT_KINDS).map(
        ([code, { severity, meaning, mend }]) => `| \`${code}\` | ${severity} | ${meaning} | ${sentence(mend)} |`,
    );
    return ["## Arguments", "", "| code | severity | when | what to do |", "|---|---|---|---|", ...rows, ""].join("\n");
}

function renderGroup(title: string, kinds: Readonly<Record<string, FindingKind>>): string {
    const rows = Object.entries(kinds).map(([code, kind]) => renderRow(code, kind));
    return [`## ${title}`, "", "| code | severity | when | what to do |", "|---|---|---|---|", ...rows, ""].join("\n");
}

function renderRow(code: string, { severity, waivable, meaning, mend, mendKey }: FindingKind): string {
    const steps = mendKey === undefined ? sentence(mend) : `${sentence(mend)}<br>For \`key\`: ${sentence(mendKey)}`;
    return `| \`${code}\` | ${severity}${waivable ? ", waived" : ""} | ${meaning} | ${steps} |`;
}

function sentence(step: string): string {
    return `${step.charAt(0).toUpperCase()}${step.slice(1)}`.replaceAll("|", "\\|");
}

if (require.main === module) {
    writeFileSync(FINDINGS_PAGE, renderFindings());
}
