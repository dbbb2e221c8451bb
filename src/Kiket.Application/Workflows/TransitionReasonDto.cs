namespace Kiket.Application.Workflows;

/// <summary>Why a move is not allowed.</summary>
internal sealed record TransitionReasonDto(string Code, string Message, string? Field);
