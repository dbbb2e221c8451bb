namespace Kiket.Domain.Common;

/// <summary>
/// The words of definitions for roles that follow from the project. Definitions also name roles of the organization, of the
/// project and of its team.
/// </summary>
internal static class RoleNames
{
    /// <summary>Everybody who may manage the project.</summary>
    public const string Manager = "manager";

    /// <summary>The lead of the project, and members with that role.</summary>
    public static IReadOnlyList<string> Lead { get; } = ["lead", "project_lead"];

    /// <summary>Whether a word means the lead, in upper or lower case.</summary>
    public static bool IsLead(string word) => Lead.Contains(word, StringComparer.OrdinalIgnoreCase);
}
