namespace Kiket.Api.OpenApi;

/// <summary>What the groups of operations are about, in the order of the document.</summary>
internal static class Tags
{
    public static IReadOnlyDictionary<string, string> Descriptions { get; } =
        new Dictionary<string, string>
        {
            ["Projects"] = "Projects, which hold issues, and their members.",
            ["Issues"] = "Issues, their way through a workflow, their history, and what they can be.",
            ["Approvals and checklists"] = "What people add to the move of an issue.",
            ["Comments"] = "What people say about an issue.",
            ["Milestones"] = "The goals of a project, and how far they are.",
            ["Notifications"] = "Your own notifications.",
            ["Events"] = "The log of all that has happened, as pages or as a stream.",
            ["Users"] = "The people of an organization, and how they join it.",
            ["Organization"] = "How an organization works: its time zone, working hours and holidays.",
            ["Capacity"] = "Who has how much to do, and who could do what.",
            ["Service levels"] = "How long issues may stay in their states, and how they stand.",
            ["Tokens"] = "The credentials of people and of the organization's programs.",
            ["Definitions"] = "Definition files, which say how projects work.",
            ["Workflows"] = "Workflows, their versions and faults, and the issues that follow them.",
            ["Extensions"] =
                "Programs that are installed for a project or the organization: their settings, secrets and reports.",
            ["Extension API"] = "What an installed extension sees and does, with a credential of its own.",
            ["Custom data"] = "Tables of your own, and their records.",
            ["Webhooks"] = "What was sent to extensions and subscribers, and how they answered.",
            ["Health"] = "Whether the server works.",
        };
}
