import { jsonText, type Line } from "../../terminal";
import { statusMetrics } from "./openMetrics";
import { PAGE_MARK, statusPage } from "./html/page";
import { statusJson, type StatusReport } from "./stackReport";
import { statusText } from "./statusText";

export interface Format {
    /** Whether a file begins as those that this command writes in this format; no other one is written over. */
    readonly isOwn: (head: string) => boolean;
    readonly render: (report: StatusReport) => string | readonly Line[];
}

export const FORMATS = {
    table: { isOwn: (head) => /^(?:STACK +PROJECT +ORIGIN |0 certificates in )/.test(head), render: statusText },
    json: {
        isOwn: (head) => /^\{\s*"at": "[\dT:Z-]+",\s*"inOrder": /.test(head),
        render: (report) => jsonText(statusJson(report)),
    },
    openmetrics: { isOwn: (head) => head.startsWith("# TYPE vercel_client_cert_"), render: statusMetrics },
    html: { isOwn: (head) => head.includes(PAGE_MARK), render: statusPage },
} as const satisfies Readonly<Record<string, Format>>;
