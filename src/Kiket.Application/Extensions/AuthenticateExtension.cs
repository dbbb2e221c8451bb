using Kiket.Application.Abstractions;
using Kiket.Application.Tokens;
using Kiket.Domain.Common;
using Kiket.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Extensions;

/// <summary>Finds out which installation an API key belongs to.</summary>
public sealed record AuthenticateExtensionQuery(string ApiKey) : IQuery<Result<SignedIn>>;

internal sealed class AuthenticateExtensionHandler(IKiketDb db) : IQueryHandler<AuthenticateExtensionQuery, Result<SignedIn>>
{
    private static readonly Error Refused = new(ErrorKind.Forbidden, ErrorCodes.InvalidToken, "The API key is unknown or revoked.");

    public async Task<Result<SignedIn>> Handle(AuthenticateExtensionQuery query, CancellationToken ct)
    {
        // Nobody has signed in yet, so the tenant filter would hide every row. An uninstalled extension has no hash.
        var hash = TokenSecret.HashOf(query.ApiKey);
        var extension = await db.Extensions.IgnoreQueryFilters().AsNoTracking().SingleOrDefaultAsync(e => e.KeyHash == hash, ct);
        return extension is null ? Refused : extension.SignIn();
    }
}

internal static class ExtensionSignIn
{
    /// <summary>An installation as it makes requests: as its service, within its project, with what its manifest's permissions mean.</summary>
    public static SignedIn SignIn(this Domain.Extensions.Extension extension) => new(
        new(extension.OrganizationId, extension.ServiceUserId, OrganizationRole.Developer) { OnlyProjectId = extension.ProjectId },
        extension.Manifest.Name,
        Scope.Spell(extension.Manifest.Permissions),
        $"extension:{extension.Id}",
        extension.RateLimitRequests,
        extension.RateLimitWindowSeconds)
    {
        Extension = new(extension.Id, extension.Key, extension.ProjectId),
    };
}
