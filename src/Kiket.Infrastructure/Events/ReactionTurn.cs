using Kiket.Domain.Events;

namespace Kiket.Infrastructure.Events;

/// <summary>An event whose reactions are to run next.</summary>
/// <param name="From">The position of the cursor; null for a postponed event, which the cursor has passed.</param>
/// <param name="Attempts">How often the reactions have failed.</param>
internal sealed record ReactionTurn(LoggedEvent Event, long? From, int Attempts = 0);

/// <summary>The outcome of a turn.</summary>
internal enum TurnEnd
{
    /// <summary>The reactions have run.</summary>
    Done,

    /// <summary>They failed and will be retried, or were given up.</summary>
    Postponed,

    /// <summary>Another worker was faster; nothing was changed.</summary>
    Lost,
}
