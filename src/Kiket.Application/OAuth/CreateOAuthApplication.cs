using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.OAuth;
using Kiket.Domain.Tokens;
using Kiket.Domain.Users;

namespace Kiket.Application.OAuth;

/// <summary>Registers an application and shows its secret once. For administrators.</summary>
/// <param name="Scopes">The most that its tokens may do; at most what the current token may do.</param>
/// <param name="GrantTypes">How it gets tokens.</param>
/// <param name="RedirectUris">Where users are sent back to.</param>
/// <param name="IsPublic">Whether it has no secret.</param>
/// <param name="AllowedNetworks">From where its tokens are accepted; null for everywhere.</param>
internal sealed record CreateOAuthApplicationCommand(
    string? Name,
    IReadOnlyList<string> Scopes,
    IReadOnlyList<string> GrantTypes,
    IReadOnlyList<string> RedirectUris,
    bool IsPublic,
    IReadOnlyList<string>? AllowedNetworks = null
) : ICommand<Result<OAuthApplicationDto>>;

internal sealed class CreateOAuthApplicationHandler(
    IKiketDb db,
    IUnitOfWork work,
    IOAuthServer server,
    ICurrentActor current,
    TimeProvider time
) : ICommandHandler<CreateOAuthApplicationCommand, Result<OAuthApplicationDto>>
{
    public async Task<Result<OAuthApplicationDto>> Handle(CreateOAuthApplicationCommand command, CancellationToken ct)
    {
        if (!current.Actor.IsAdmin)
            return UserErrors.AdminsOnly;
        var (organization, now) = (current.Actor.OrganizationId, time.GetUtcNow());
        var registered = OAuthApplication.Register(
            organization,
            command.Name,
            command.Scopes,
            command.GrantTypes,
            command.RedirectUris,
            command.IsPublic,
            TokenSecret.Generate(OAuthApplication.IdLabel).Plaintext,
            now
        );
        if (registered.Error is { } error)
            return error;
        if (registered.Value.Restrict(command.AllowedNetworks, now).Error is { } unknown)
            return unknown;
        if (!Scope.Covers(current.Scopes, command.Scopes))
            return TokenErrors.Stronger;

        var (application, secret) = (registered.Value, TokenSecret.Generate(OAuthApplication.SecretLabel));
        var service = User.ForApplication(organization, application.Name, now);
        db.Users.Add(service);
        await work.FlushAsync(ct);
        application.ActAs(service);
        db.OAuthApplications.Add(application);
        await work.FlushAsync(ct);
        var shown = application.IsPublic ? null : secret.Plaintext;
        await server.RegisterAsync(application, shown, ct);
        return OAuthApplicationDto.Of(application, shown);
    }
}
