using Kiket.Domain.Capacity;

namespace Kiket.Application.Capacity;

/// <summary>Finds the best reassignment of issues in a team.</summary>
internal interface IWorkBalancer
{
    /// <summary>The best plan that can be found within the limit; the same for the same problem on every machine.</summary>
    Task<BalancePlan> SolveAsync(BalanceProblem problem, CancellationToken ct);
}
