namespace Kiket.Api.OpenApi;

/// <summary>The descriptions of the groups of operations, in the order of the document.</summary>
internal static class Tags
{
    public static IReadOnlyDictionary<string, string> Descriptions { get; } =
        new Dictionary<string, string>
        {
            ["Projects"] = "Projects and their members.",
            ["Issues"] = "Issues, their transitions and history, and the schema of their fields.",
            ["Approvals and checklists"] = "The approvals and checklists that transitions of an issue require.",
            ["Comments"] = "Comments on issues.",
            ["Milestones"] = "The milestones of a project and their progress.",
            ["Notifications"] = "Your own notifications.",
            ["Events"] = "The event log, as pages or as a stream.",
            ["Users"] = "The users of an organization and their invitations.",
            ["Organization"] = "The settings of an organization: time zone, working hours and holidays.",
            ["Capacity"] = "The workload of a team, and recommendations for balancing it.",
            ["Service levels"] = "The time limits of states, and where issues stand against them.",
            ["Audit log"] = "What was done in an organization, in a chain that shows every change of it.",
            ["Tokens"] = "The credentials of users and of the organization's programs.",
            ["OAuth"] = "The applications that get their tokens by OAuth 2.1.",
            ["Definitions"] = "Definition files, which configure projects.",
            ["Workflows"] = "Workflows: versions, validation, simulation and migration.",
            ["Extensions"] = "Extensions installed for a project or the organization: their settings, secrets and reports.",
            ["Extension API"] = "The API of an installed extension, with its own credentials.",
            ["Custom data"] = "Custom tables and their records.",
            ["Webhooks"] = "Deliveries to extensions and subscribers, and their responses.",
            ["Health"] = "The health of the server.",
        };
}
