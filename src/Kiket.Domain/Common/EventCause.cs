namespace Kiket.Domain.Common;

/// <summary>The cause of an event.</summary>
internal enum EventCause
{
    /// <summary>A person, or a program in their name.</summary>
    User,

    /// <summary>An extension.</summary>
    Extension,

    /// <summary>An action of a workflow or an automation.</summary>
    Automation,

    /// <summary>The clock of a service level.</summary>
    Sla,
}
