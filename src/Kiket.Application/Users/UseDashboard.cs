using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;

namespace Kiket.Application.Users;

/// <summary>Records what the current user, an operator of the server, does on the dashboard of jobs.</summary>
/// <param name="Action">What is done, such as <c>recurring/trigger prune</c>.</param>
internal sealed record UseDashboardCommand(string Action) : ICommand<Result<bool>>;

internal sealed class UseDashboardHandler(IUnitOfWork work) : ICommandHandler<UseDashboardCommand, Result<bool>>
{
    public Task<Result<bool>> Handle(UseDashboardCommand command, CancellationToken ct)
    {
        work.Audit("dashboard", command.Action);
        return Task.FromResult<Result<bool>>(true);
    }
}
