using Kiket.Domain.Common;

namespace Kiket.Domain.Organizations;

/// <summary>The refusals about organizations.</summary>
internal static class OrganizationErrors
{
    /// <summary><c>ORGANIZATION_NOT_FOUND</c>: it does not exist, or the actor does not belong to it.</summary>
    /// <param name="organization">The slug or id that was asked for.</param>
    public static Error NotFound(string organization) =>
        new(ErrorKind.NotFound, "ORGANIZATION_NOT_FOUND", $"You do not belong to an organization '{organization}'.");
}
