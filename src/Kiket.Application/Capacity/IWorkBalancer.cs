using Kiket.Domain.Capacity;

namespace Kiket.Application.Capacity;

/// <summary>Finds who should give what to whom.</summary>
internal interface IWorkBalancer
{
    /// <summary>The best plan that can be found in the time there is; the same for the same problem, on every machine.</summary>
    Task<BalancePlan> SolveAsync(BalanceProblem problem, CancellationToken ct);
}
