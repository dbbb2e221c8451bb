using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Organizations;
using Kiket.Domain.Tokens;
using Kiket.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Organizations;

/// <summary>
/// Founds an organization with its first administrator and a token for them. For operators only: no route leads here.
/// </summary>
/// <param name="Token">The token to use, or null to generate one.</param>
internal sealed record CreateOrganizationCommand(string Name, string AdminEmail, string? AdminName, string? Token)
    : ICommand<Result<FoundedOrganization>>;

/// <param name="Token">The administrator's token; shown once.</param>
internal sealed record FoundedOrganization(OrganizationId OrganizationId, string Slug, UserId AdminId, string Token);

internal sealed class CreateOrganizationHandler(IKiketDb db, IUnitOfWork work, TimeProvider time)
    : ICommandHandler<CreateOrganizationCommand, Result<FoundedOrganization>>
{
    public async Task<Result<FoundedOrganization>> Handle(CreateOrganizationCommand command, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var founded = Organization.Found(command.Name, now);
        if (founded.Error is { } error)
            return error;
        var organization = founded.Value;
        if (await db.Organizations.AnyAsync(o => o.Slug == organization.Slug, ct))
            return Error.Validation("organization.name", $"There is already an organization {organization.Slug}.");
        db.Organizations.Add(organization);
        await work.FlushAsync(ct);

        var joined = User.Join(organization.Id, command.AdminEmail, OrganizationRole.Admin, command.AdminName, now);
        if (joined.Error is { } malformed)
            return malformed;
        var admin = joined.Value;
        if (!await db.Organizations.AnyAsync(o => o.Id != organization.Id, ct))
            admin.MakeOperator();
        db.Users.Add(admin);
        await work.FlushAsync(ct);

        var secret = command.Token is null
            ? TokenSecret.Generate(AccessToken.LabelOf(TokenKind.Personal))
            : TokenSecret.Chosen(command.Token);
        var issued = AccessToken.Issue(admin, TokenKind.Personal, "First administrator", [], null, secret, now);
        if (issued.Error is { } unissued)
            return unissued;
        db.AccessTokens.Add(issued.Value);
        return new FoundedOrganization(organization.Id, organization.Slug, admin.Id, secret.Plaintext);
    }
}
