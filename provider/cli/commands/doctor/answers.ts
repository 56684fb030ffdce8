/** What is not documented about the API, answered for one account. */
export interface Answer {
    /** As docs/reference/api-unknowns.md has it. */
    readonly question: string;
    readonly answer: string;
    /** What the package does, the answer being so. */
    readonly behaviour: string;
}

export type Said = readonly [answer: string, behaviour: string];

/** Each question, with what is said where the steps did not tell. */
const QUESTIONS = {
    secondUpload: [
        "Does a second upload for an origin replace the first, or add to it?",
        "not known",
        "lists after the upload, and removes what is left of its own",
    ],
    rotation: [
        "Does `certId` change on rotation?",
        "not known",
        "if it did, deletes the old one; if not, deletes nothing",
    ],
    projectWide: [
        "Which `origin` comes back for a project-wide certificate?",
        "not asked: --project-wide asks",
        "finds its certificate by certId",
    ],
    respelling: ["Does Vercel normalise the origin?", "not known", "normalises both sides before comparing"],
    deployments: [
        "Do running deployments see a new certificate at once?",
        "not asked: the API does not tell",
        "promises nothing; redeploy to be sure",
    ],
    authority: [
        "Is `ca` the issuer of the client certificate, or what Vercel trusts at the origin?",
        "not known",
        "takes it for the issuer; with skipValidation it warns of a chain that does not verify",
    ],
    timeout: [
        "Is an upload applied that timed out?",
        "not asked: nothing times out on demand",
        "lists, and compares with the list from before",
    ],
    delay: ["How soon does a listing show a write?", "not known", "lists until it does, up to 30 seconds"],
    secondDeletion: [
        "What does Vercel answer to the deletion of a certificate that is gone?",
        "not known",
        "takes the documented 404 for deleted where a listing agrees",
    ],
    pages: ["Does a listing come in pages?", "not known", "reads every page there is"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** What the steps told. */
export type Told = Partial<Record<keyof typeof QUESTIONS, Said>>;

export function answersOf(told: Told): readonly Answer[] {
    return Object.entries(QUESTIONS).map(([topic, [question, ...otherwise]]) => {
        const [answer, behaviour] = told[topic as keyof Told] ?? otherwise;
        return { question, answer, behaviour };
    });
}
