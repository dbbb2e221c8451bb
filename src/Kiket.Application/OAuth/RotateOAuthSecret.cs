using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.OAuth;

namespace Kiket.Application.OAuth;

/// <summary>
/// Rotates an application's secret. The new one is shown once, and the old one becomes invalid immediately. Tokens that were
/// issued with it remain valid. For administrators.
/// </summary>
internal sealed record RotateOAuthSecretCommand(long Application) : ICommand<Result<OAuthApplicationDto>>;

internal sealed class RotateOAuthSecretHandler(IKiketDb db, IOAuthServer server, ICurrentActor current, TimeProvider time)
    : ICommandHandler<RotateOAuthSecretCommand, Result<OAuthApplicationDto>>
{
    public async Task<Result<OAuthApplicationDto>> Handle(RotateOAuthSecretCommand command, CancellationToken ct)
    {
        var found = await db.FindManageableApplicationAsync(command.Application, current, ct);
        if (found.Error is { } unavailable)
            return unavailable;
        if (found.Value.IsPublic)
            return OAuthErrors.NoSecret;
        var secret = TokenSecret.Generate(OAuthApplication.SecretLabel);
        found.Value.ReplaceSecret(time.GetUtcNow());
        await server.ReplaceSecretAsync(found.Value, secret.Plaintext, ct);
        return OAuthApplicationDto.Of(found.Value, secret.Plaintext);
    }
}
