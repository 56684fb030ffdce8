import { expect } from "chai";
import { describe, it } from "mocha";
import {
    refuseUnverifiedTls,
    resolveBaseUrl,
    resolveTeam,
    resolveToken,
    SettingsError,
} from "../../../provider/vercel/settings";

const configured = (values: Readonly<Record<string, string>>) => ({
    namespace: "vercel",
    get: (name: string) => values[`vercel:${name}`],
});
const none = configured({});

function refusal(act: () => unknown): string {
    try {
        act();
    } catch (error) {
        expect(error).to.be.instanceOf(SettingsError);
        return (error as SettingsError).message;
    }
    throw new Error("expected a SettingsError, got none");
}

describe("vercel/settings", () => {
    describe("the token", () => {
        const environment = { MINE: "from-mine", VERCEL_API_TOKEN: "from-api", VERCEL_TOKEN: "from-cli" };
        const configuration = configured({ "vercel:apiToken": "from-config" });

        it("comes from tokenEnv before everything else", () => {
            expect(resolveToken({ tokenEnv: "MINE", environment, configuration })).to.equal("from-mine");
        });

        it("comes from VERCEL_API_TOKEN, then the configuration, then VERCEL_TOKEN", () => {
            const { VERCEL_TOKEN } = environment;
            expect(resolveToken({ environment, configuration })).to.equal("from-api");
            expect(resolveToken({ environment: { VERCEL_TOKEN }, configuration })).to.equal("from-config");
            expect(resolveToken({ environment: { VERCEL_TOKEN }, configuration: none })).to.equal("from-cli");
        });

        it("is trimmed, and one of blanks counts as unset", () => {
            expect(
                resolveToken({ environment: { VERCEL_API_TOKEN: "  \n", VERCEL_TOKEN: " t \n" }, configuration: none }),
            ).to.equal("t");
        });

        it("does not fall back when tokenEnv names an unset variable", () => {
            expect(refusal(() => resolveToken({ tokenEnv: "OTHER", environment, configuration }))).to.contain("OTHER");
            expect(
                refusal(() => resolveToken({ tokenEnv: "E", environment: { ...environment, E: " " }, configuration })),
            ).to.contain("not set");
        });

        it("is not shown when it was given as tokenEnv by mistake", () => {
            const token = "a1B2c3D4e5F6g7H8i9J0k1L2";
            expect(refusal(() => resolveToken({ tokenEnv: token, environment, configuration }))).not.to.contain(token);
        });

        it("is refused, and not shown, with a blank or control character inside", () => {
            for (const bad of ["abcd efgh", "abcd\nefgh", "abcd\u0000efgh", "abcd\u00a0efgh"]) {
                const message = refusal(() =>
                    resolveToken({ environment: { VERCEL_TOKEN: bad }, configuration: none }),
                );
                expect(message).to.contain("VERCEL_TOKEN").and.not.contain("abcd").and.not.contain("efgh");
            }
        });

        it("says how to set one when there is none", () => {
            expect(refusal(() => resolveToken({ environment: {}, configuration: none })))
                .to.contain("VERCEL_API_TOKEN")
                .and.contain("pulumi config set --secret");
        });
    });

    it("takes the team of the argument, then of the configuration, and none of blanks", () => {
        const configuration = configured({ "vercel:team": "from-config" });
        expect(resolveTeam(" team_1 ", configuration)).to.equal("team_1");
        expect(resolveTeam(" ", configuration)).to.equal("from-config");
        expect(resolveTeam(undefined, none)).to.equal(undefined);
    });

    describe("VERCEL_API_URL", () => {
        const resolve = (url: string | undefined): string => resolveBaseUrl({ VERCEL_API_URL: url });

        it("defaults to Vercel", () => {
            expect(resolve(undefined)).to.equal("https://api.vercel.com");
            expect(resolve(" ")).to.equal("https://api.vercel.com");
        });

        it("may be https anywhere, and http on loopback", () => {
            for (const url of [
                "https://api.example.com",
                "https://api.example.com/vercel",
                "http://127.0.0.1:8080",
                "http://127.9.9.9",
                "http://[::1]:1",
                "http://localhost:3000",
            ]) {
                expect(resolve(`${url}/`)).to.equal(url);
            }
        });

        it("may not send the private key in clear to another host", () => {
            for (const url of [
                "http://api.example.com",
                "http://127.0.0.1.example.com",
                "http://localhost.example.com",
                "http://[::2]",
                "http://0.0.0.0",
                "ftp://localhost",
            ]) {
                expect(
                    refusal(() => resolve(url)),
                    url,
                ).to.contain("expected https://");
            }
        });

        it("may hold no credentials, query or fragment, and shows none of them", () => {
            for (const url of [
                "https://user:hunter2@example.com",
                "https://hunter2@example.com",
                "https://example.com?a=hunter2",
                "https://example.com/#hunter2",
                "hunter2",
            ]) {
                expect(
                    refusal(() => resolve(url)),
                    url,
                )
                    .to.contain("got")
                    .and.not.contain("hunter2");
            }
        });
    });

    it("refuses to talk to whoever answers, and leaves authorities of one's own alone", () => {
        expect(
            refusal(() => {
                refuseUnverifiedTls({ NODE_TLS_REJECT_UNAUTHORIZED: "0" });
            }),
        )
            .to.contain("NODE_TLS_REJECT_UNAUTHORIZED is 0")
            .and.contain("NODE_EXTRA_CA_CERTS");
        for (const value of [undefined, "", "1", "false"]) {
            refuseUnverifiedTls({
                NODE_TLS_REJECT_UNAUTHORIZED: value,
                NODE_EXTRA_CA_CERTS: "ca.pem",
                SSL_CERT_FILE: "x",
            });
        }
    });
});
