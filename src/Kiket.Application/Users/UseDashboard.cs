using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;

namespace Kiket.Application.Users;

/// <summary>Records an action of the current user, an operator of the server, on the jobs dashboard.</summary>
/// <param name="Action">The action, such as <c>recurring/trigger prune</c>.</param>
internal sealed record UseDashboardCommand(string Action) : ICommand<Result<bool>>;

internal sealed class UseDashboardHandler(IUnitOfWork work) : ICommandHandler<UseDashboardCommand, Result<bool>>
{
    public Task<Result<bool>> Handle(UseDashboardCommand command, CancellationToken ct)
    {
        work.Audit("dashboard", command.Action);
        return Task.FromResult<Result<bool>>(true);
    }
}
