import { mintAuthority } from "../../../support/mint";
import { daysFromNow, type Sample, type Sound } from "./sample";

export async function dateSamples({ authority, ca }: Sound): Promise<readonly Sample[]> {
    const sample = async (
        name: string,
        dates: { notBefore?: Date; notAfter?: Date },
        expected: Sample["expected"],
        expiryWarningDays?: number,
    ): Promise<Sample> => {
        const { certPem, keyPem } = await authority.issue(dates);
        const common = { name, cert: certPem, key: keyPem, ca, secrets: [keyPem], expected };
        return expiryWarningDays === undefined ? common : { ...common, expiryWarningDays };
    };
    const past = { notBefore: daysFromNow(-90), notAfter: daysFromNow(-1) };
    const oldAuthority = await mintAuthority(past);
    const ofOld = await oldAuthority.issue();
    const oldIntermediate = await authority.intermediate(undefined, past);
    const ofIntermediate = await oldIntermediate.issue();
    return [
        await sample("an expired leaf", past, { expired: "error" }),
        await sample("a leaf of tomorrow", { notBefore: daysFromNow(1) }, { "not-yet-valid": "error" }),
        await sample(
            "a leaf of the next four minutes",
            { notBefore: daysFromNow(4 / 1440) },
            { "clock-skew": "warning" },
        ),
        await sample("29 of 365 days left", yearWith(29), { "expires-soon": "warning" }),
        await sample("31 of 365 days left", yearWith(31), {}),
        await sample(
            "2 of 9 days left",
            { notBefore: daysFromNow(-7), notAfter: daysFromNow(2) },
            {
                "expires-soon": "warning",
            },
        ),
        await sample("4 of 9 days left", { notBefore: daysFromNow(-5), notAfter: daysFromNow(4) }, {}),
        await sample("29 days left, 7 asked for", yearWith(29), {}, 7),
        await sample("50 days left, 60 asked for", yearWith(50), { "expires-soon": "warning" }, 60),
        await sample("1 day left, none asked for", yearWith(1), {}, 0),
        {
            name: "an expired intermediate",
            cert: ofIntermediate.certPem + oldIntermediate.certPem,
            key: ofIntermediate.keyPem,
            ca,
            secrets: [ofIntermediate.keyPem],
            expected: { expired: "error" },
        },
        {
            name: "an expired root",
            cert: ofOld.certPem,
            key: ofOld.keyPem,
            ca: oldAuthority.certPem,
            secrets: [ofOld.keyPem],
            expected: { expired: "error" },
        },
        {
            name: "an expired root that nothing needs",
            cert: ofIntermediate.certPem,
            key: ofIntermediate.keyPem,
            ca: ca + (await authority.intermediate()).certPem + oldAuthority.certPem,
            secrets: [ofIntermediate.keyPem],
            expected: { "authority-expired": "warning", "chain-unverified": "error" },
        },
    ];
}

function yearWith(daysLeft: number): { notBefore: Date; notAfter: Date } {
    return { notBefore: daysFromNow(daysLeft - 365), notAfter: daysFromNow(daysLeft) };
}
