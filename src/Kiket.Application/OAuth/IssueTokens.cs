using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.OAuth;
using Kiket.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.OAuth;

/// <summary>Records in the audit log that the OAuth server gives tokens to an application.</summary>
/// <param name="User">Whom the tokens act as.</param>
internal sealed record IssueTokensCommand(string ClientId, UserId User) : ICommand<Result<bool>>;

internal sealed class IssueTokensHandler(IKiketDb db, IUnitOfWork work) : ICommandHandler<IssueTokensCommand, Result<bool>>
{
    public async Task<Result<bool>> Handle(IssueTokensCommand command, CancellationToken ct)
    {
        // Nobody has signed in, so the tenant filter would hide every row.
        var application = await db.AcrossTenants<OAuthApplication>()
            .AsNoTracking()
            .SingleAsync(a => a.ClientId == command.ClientId, ct);
        work.Audit(application, "tokens_issued");
        if (command.User != application.ServiceUserId)
            work.Audit(await db.AcrossTenants<User>().AsNoTracking().SingleAsync(u => u.Id == command.User, ct), "tokens_issued");
        return true;
    }
}
