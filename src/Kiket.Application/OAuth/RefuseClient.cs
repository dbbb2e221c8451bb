using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.OAuth;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.OAuth;

/// <summary>
/// Records in the audit log that the secret of an application was wrong. An unknown application has no organization and is not
/// recorded.
/// </summary>
internal sealed record RefuseClientCommand(string ClientId) : ICommand<Result<bool>>;

internal sealed class RefuseClientHandler(IKiketDb db, IUnitOfWork work) : ICommandHandler<RefuseClientCommand, Result<bool>>
{
    public async Task<Result<bool>> Handle(RefuseClientCommand command, CancellationToken ct)
    {
        var application = await db.AcrossTenants<OAuthApplication>()
            .AsNoTracking()
            .SingleOrDefaultAsync(a => a.ClientId == command.ClientId, ct);
        if (application is not null)
            work.Audit(application, "refused");
        return true;
    }
}
