using Kiket.Domain.Events;

namespace Kiket.Infrastructure.Events;

/// <summary>An event whose turn it is to have its reactions run.</summary>
/// <param name="From">Where the cursor is; null for a postponed event, which is behind it.</param>
/// <param name="Attempts">How often they have failed.</param>
internal sealed record ReactionTurn(LoggedEvent Event, long? From, int Attempts = 0);

/// <summary>How a turn ends.</summary>
internal enum TurnEnd
{
    /// <summary>The reactions have run.</summary>
    Done,

    /// <summary>They failed and are tried again later, or were given up.</summary>
    Postponed,

    /// <summary>Another worker was faster; this one has changed nothing.</summary>
    Lost,
}
