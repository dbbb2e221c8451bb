using Kiket.Domain.Common;

namespace Kiket.Domain.Issues;

/// <summary>The people of an issue, by the words that definitions have for them.</summary>
internal static class IssueParts
{
    private static readonly string[] Words = [.. IssueFields.NamesFor(FieldUses.People), .. RoleNames.Lead];

    /// <summary>The user whom a word names.</summary>
    /// <param name="issue">The issue.</param>
    /// <param name="leadId">The lead of its project, or null.</param>
    /// <param name="word">The word.</param>
    /// <returns>The user's id, or null when nobody has the part or the word names none.</returns>
    public static UserId? Find(Issue issue, UserId? leadId, string word) =>
        RoleNames.IsLead(word) ? leadId : IssueFields.Find(word.ToLowerInvariant(), FieldUses.People)?.User!(issue);

    /// <summary>The words that name a user.</summary>
    /// <param name="issue">The issue.</param>
    /// <param name="leadId">The lead of its project, or null.</param>
    /// <param name="userId">The user.</param>
    public static IReadOnlySet<string> Of(Issue issue, UserId? leadId, UserId userId) =>
        Words.Where(word => Find(issue, leadId, word) == userId).ToHashSet(StringComparer.OrdinalIgnoreCase);
}
