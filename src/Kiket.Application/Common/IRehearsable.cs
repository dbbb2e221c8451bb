namespace Kiket.Application.Common;

/// <summary>A command that can say what it would do without doing it.</summary>
internal interface IRehearsable
{
    /// <summary>Whether to say only what would happen.</summary>
    bool DryRun { get; }
}
