namespace Kiket.Application.Workflows;

/// <summary>Why a move is not allowed.</summary>
public sealed record TransitionReasonDto(string Code, string Message, string? Field);
