using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;

namespace Kiket.Application.OAuth;

/// <summary>Changes from where the tokens of an application are accepted. For administrators.</summary>
internal sealed record UpdateOAuthApplicationCommand(long Application, Optional<IReadOnlyList<string>?> AllowedNetworks)
    : ICommand<Result<OAuthApplicationDto>>;

internal sealed class UpdateOAuthApplicationHandler(IKiketDb db, ICurrentActor current, TimeProvider time)
    : ICommandHandler<UpdateOAuthApplicationCommand, Result<OAuthApplicationDto>>
{
    public async Task<Result<OAuthApplicationDto>> Handle(UpdateOAuthApplicationCommand command, CancellationToken ct)
    {
        var found = await db.FindManageableApplicationAsync(command.Application, current, ct);
        if (found.Error is { } unavailable)
            return unavailable;
        var application = found.Value;
        return application.Restrict(command.AllowedNetworks.Or(application.AllowedNetworks), time.GetUtcNow()).Error is { } error
            ? error
            : OAuthApplicationDto.Of(application);
    }
}
