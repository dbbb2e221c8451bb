namespace Kiket.Application.Workflows;

/// <summary>Why a transition is not allowed.</summary>
internal sealed record TransitionReasonDto(string Code, string Message, string? Field);
