import { expect } from "chai";
import { createHash } from "node:crypto";
import { before, describe, it } from "mocha";
import { judgeAll } from "../../../../../provider/cli/commands/status/statusWarnings";
import { statusPage } from "../../../../../provider/cli/commands/status/html/page";
import type { StatusReport } from "../../../../../provider/cli/commands/status/stackReport";
import { readStack } from "../../../../../provider/cli/commands/status/storedCertificate";
import { exportOf, StateMint, type CertificateOptions } from "../../../../support/exportedState";

const NOW_MS = Date.parse("2030-01-15T10:30:00Z");

describe("the page of status", () => {
    let mint: StateMint;
    before(async () => {
        mint = await StateMint.open(NOW_MS);
    });

    const reportOf = async (...all: readonly CertificateOptions[]): Promise<StatusReport> => {
        const resources = await Promise.all(all.map((one) => mint.certificate(one)));
        const { certificates } = readStack("dev", exportOf(resources));
        return {
            nowMs: NOW_MS,
            stacks: [{ name: "dev", certificates: all.length, problem: undefined }],
            certificates: judgeAll(certificates, { nowMs: NOW_MS, warningDays: undefined }),
        };
    };

    it("asks nothing of the network, runs nothing, and its policy allows its own style sheet only", async () => {
        const page = statusPage(await reportOf({ name: "billing", origin: "https://billing.example.com" }));
        const [, style = ""] = /<style>([^]*?)<\/style>/.exec(page) ?? [];
        const hash = createHash("sha256").update(style).digest("base64");
        expect(page).to.contain(
            `content="default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'"`,
        );
        expect(page).to.not.match(/<script|<link|<img|<iframe|<form|@import|\ssrc=|\sstyle=|\son[a-z]+=/i);
        expect(
            [...page.matchAll(/(?:href=|url\()"?([^")]*)/g)].every(([, target]) => target?.startsWith("#")),
        ).to.equal(true);
    });

    it("keeps hostile text of a state from becoming markup, wherever it is shown", async () => {
        const hostile = `"'><script>alert(1)</script><img src=x onerror=alert(1)>&lt;</title></style>`;
        const names = ["subject", "certId", "fingerprint", "certFingerprint", "project", "team", "issuer"];
        const outputs = { ...Object.fromEntries(names.map((name) => [name, hostile])), staleCertIds: [hostile] };
        const resource = { urn: `urn:pulumi:x::y::z::${hostile}`, id: hostile };
        const report = await reportOf({ name: "one", resource, outputs: { ...outputs, origin: hostile } });
        const problem = { code: "unreadable", message: hostile } as const;
        const page = statusPage({ ...report, stacks: [{ name: hostile, certificates: 0, problem }] });
        expect(page).to.contain("&quot;&#39;&gt;&lt;script&gt;alert(1)&lt;/script&gt;");
        expect(page).to.not.match(/<script|<img/i);
        expect(page.match(/<\/style>|<\/title>/g)).to.deep.equal(["</title>", "</style>"]);
        expect(page).to.not.contain(hostile);
    });

    it("says in words and signs what its colours say", async () => {
        const page = statusPage(
            await reportOf(
                { name: "fine", origin: "https://fine.example.com", days: [-10, 80] },
                { name: "soon", origin: "https://soon.example.com", days: [-80, 10] },
                { name: "over", origin: "https://over.example.com", days: [-90, -3] },
                { name: "old", origin: "https://old.example.com", resource: { delete: true } },
            ),
        );
        for (const spoken of [
            "https://fine.example.com: valid from 5 Jan 2030, until 5 Apr 2030, 80 days left, warned of from 6 Mar 2030 on",
            "https://soon.example.com: valid from 27 Oct 2029, until 25 Jan 2030, 10 days left, warned of from 26 Dec 2029 on; expires soon",
            "https://over.example.com: valid from 17 Oct 2029, until 12 Jan 2030, expired 3 days ago, warned of from 14 Dec 2029 on; expired",
        ]) {
            expect(page).to.contain(`role="img" aria-label="${spoken}"`);
        }
        expect(page).to.match(
            /<em class="badge expired"><svg class="icon"[^>]*><use href="#expired"\/><\/svg>Expired<\/em>/,
        );
        expect(page).to.contain("To be deleted</em>");
        expect(page).to.contain("<title>Client certificates: 3 of 4 certificates need attention</title>");
        const cells = (page.match(/<td>/g) ?? []).length;
        expect(cells).to.equal(4 * (page.match(/<th scope="col">/g) ?? []).length);
    });

    it("shows stacks that could not be read, also where nothing else is there to show", () => {
        const problem = { code: "unreadable", message: "expected a login, got none" } as const;
        const page = statusPage({
            nowMs: NOW_MS,
            stacks: [{ name: "prod", certificates: 0, problem }],
            certificates: [],
        });
        expect(page).to.contain("<strong>prod</strong> <span>expected a login, got none</span>");
        expect(page).to.contain("<title>Client certificates: not complete</title>");
    });
});
