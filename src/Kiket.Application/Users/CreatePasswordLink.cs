using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;

namespace Kiket.Application.Users;

/// <summary>Makes a link by which any user sets a password, once. For operators only: no route leads here.</summary>
/// <param name="Organization">Slug of the user's organization, or null if the address is in only one organization.</param>
internal sealed record CreatePasswordLinkCommand(string Email, string? Organization) : ICommand<Result<PasswordLinkDto>>;

internal sealed class CreatePasswordLinkHandler(IKiketDb db, PublicUrl url, TimeProvider time)
    : ICommandHandler<CreatePasswordLinkCommand, Result<PasswordLinkDto>>
{
    public async Task<Result<PasswordLinkDto>> Handle(CreatePasswordLinkCommand command, CancellationToken ct)
    {
        var found = await db.FindUserAsync(command.Email, command.Organization, "a password", ct);
        return found.Error is { } error ? error : await db.OfferPasswordLinkAsync(found.Value.User, url, time.GetUtcNow(), ct);
    }
}
